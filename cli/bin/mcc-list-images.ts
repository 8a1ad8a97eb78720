#!/usr/bin/env node
import { runAsProcess, runStandalone } from "../programs";

void runAsProcess((words, io) => runStandalone("list-images", words, io));

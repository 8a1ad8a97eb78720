#!/usr/bin/env node
import { runStandalone } from "../main";
import { runAsProcess } from "../process-io";

void runAsProcess((words, io) => runStandalone("destroy-instance", words, io));

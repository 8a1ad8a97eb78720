#!/usr/bin/env node
import { runStandalone } from "../main";

void runStandalone("run-instances");

#!/usr/bin/env node
import { runMcc } from "../main";
import { runAsProcess } from "../process-io";

void runAsProcess(runMcc);

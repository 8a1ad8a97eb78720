#!/usr/bin/env node
import { runAsProcess, runMcc } from "../programs";

void runAsProcess(runMcc);

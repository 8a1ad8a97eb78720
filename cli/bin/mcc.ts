#!/usr/bin/env node
import { runMcc } from "../main";

void runMcc();

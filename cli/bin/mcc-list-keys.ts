#!/usr/bin/env node
import { runStandalone } from "../main";

void runStandalone("list-keys");

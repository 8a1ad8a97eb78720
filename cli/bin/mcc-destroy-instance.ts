#!/usr/bin/env node
import { runStandalone } from "../main";

void runStandalone("destroy-instance");

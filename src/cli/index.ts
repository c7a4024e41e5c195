#!/usr/bin/env node
import { main } from './main.ts'

process.exitCode = await main(process.argv.slice(2))

// a terminal or pipe that nobody reads any more keeps no process alive
process.stdin.destroy()

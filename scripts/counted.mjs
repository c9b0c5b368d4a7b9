#!/usr/bin/env node
// Adds up what suites counted, from their outputs: node scripts/counted.mjs FILE…
import { readFileSync } from 'node:fs'
import { countedIn, countedTable } from './lib/counted.mjs'

const outputs = process.argv.slice(2).map((path) => readFileSync(path, 'utf8'))
console.log(countedTable(countedIn(outputs.join('\n'))))

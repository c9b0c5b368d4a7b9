#!/usr/bin/env node
// Puts the add-on of this platform into prebuilds/ for packing, and takes it out again afterwards
// (--remove), so that a working copy always loads what it has just built.
import { copyFileSync, mkdirSync, rmSync } from 'node:fs'
import { addonPath, inRoot } from './lib/paths.mjs'
import { report, setUp } from './setup.mjs'

const folder = inRoot('prebuilds', `${process.platform}-${process.arch}`)

async function add() {
  await setUp()
  mkdirSync(folder, { recursive: true })
  copyFileSync(addonPath, `${folder}/ledgerstone.node`)
}

try {
  if (process.argv.includes('--remove')) rmSync(folder, { recursive: true, force: true })
  else await add()
} catch (error) {
  report(error)
  process.exitCode = 1
}

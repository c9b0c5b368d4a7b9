// One set-up at a time in a working copy: a folder is the lock, the pid in it tells whether its
// owner still lives.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { inRoot } from './paths.mjs'

const folder = inRoot('build/setup.lock')
const owner = inRoot('build/setup.lock/pid')

function take() {
  mkdirSync(inRoot('build'), { recursive: true })
  try {
    mkdirSync(folder)
  } catch (error) {
    if (error.code === 'EEXIST') return false
    throw error
  }
  writeFileSync(owner, String(process.pid))
  return true
}

function ownerLives() {
  try {
    process.kill(Number(readFileSync(owner, 'utf8')), 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

export async function withLock(work) {
  let told = false
  while (!take()) {
    await sleep(200)
    if (!ownerLives()) rmSync(folder, { recursive: true, force: true })
    else if (!told) console.log('Waiting for another set-up of this working copy …')
    told = true
  }
  try {
    return await work()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

// What a store or an event log of the fault tests holds, read by this process.

import { createHash } from 'node:crypto'
import { open, openEventLog, verifyDirectory } from '../../src/index.js'
import type { Contents } from '../crash/expectation.js'
import type { Workload } from './subject.js'

function markOf(key: string, value: string): string {
  const [sum, own, mark = '', filler] = value.split('|')
  const text = `${own}|${mark}|${filler}`
  const isRight = own === key && sum === createHash('sha1').update(text).digest('hex')
  return isRight ? mark : `damaged: ${value.slice(0, 80)}`
}

async function storeContents(path: string): Promise<Contents> {
  const held: Record<string, Record<string, string>> = {}
  const store = await open(path, { memoryBudget: '4MiB' })
  try {
    for (const { name } of store.namespaces()) {
      const space = store.namespace(name, { key: 'utf8', value: 'utf8' })
      const entries = await space.range().toArray()
      held[name] = Object.fromEntries(entries.map(([key, value]) => [key, markOf(key, value)]))
    }
    await store.namespace('later', { key: 'utf8', value: 'utf8' }).put('key', 'value')
    const findings = await store.verify()
    if (findings.length > 0) throw new Error(`verify() found ${JSON.stringify(findings)}`)
  } finally {
    await store.close()
  }
  const findings = await verifyDirectory(path)
  if (findings.length > 0) throw new Error(`verifyDirectory() found ${JSON.stringify(findings)}`)
  return held
}

async function logContents(path: string): Promise<Contents> {
  const log = await openEventLog(path, { codec: 'utf8' })
  try {
    const events = await log.read().toArray()
    const entries = events.map(({ position, data }) => [position, markOf(`${position}`, data)])
    await log.append('later', { expected: events.length })
    const findings = await log.verify()
    if (findings.length > 0) throw new Error(`verify() found ${JSON.stringify(findings)}`)
    return { log: Object.fromEntries(entries) as Record<string, string> }
  } finally {
    await log.close()
  }
}

/** Opens it, reads all, writes something, verifies and closes. Fails when any of that does. */
export function contentsAt(workload: Workload, path: string): Promise<Contents> {
  return workload === 'events' ? logContents(path) : storeContents(path)
}

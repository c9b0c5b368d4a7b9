// ledgerstone log: the segments of an event log, its events, and whether all of it is whole.

import { openEventLog } from '../log/open.js'
import type { EventLog, LogReadOptions, LogSegment } from '../log/event-log.js'
import type { ValueCodecName } from '../codec/registry.js'
import { type Arguments, type Command, JSON_OPTION } from './command.js'
import { CommandError, EXIT, codeOf } from './failure.js'
import { LineWriter, grouped, jsonForm, plainForm, printJson, printText, table } from './output.js'
import { findingText, verdict } from './verify.js'

const HELP = `
Usage: ledgerstone log ACTION FOLDER [options]

Looks into an event log, whether it is open or not. Nothing is changed.

ACTION is   segments   its files: positions, times, bytes, where each is
            read       its events, one a line: position, time, event
            verify     reads and checks every byte, archived ones too; exit code 1 when
                       something is wrong

  --from N         first position           --to N    last position
  --since TIME     first event at or after this moment, such as 2026-03-01T12:00:00Z
  --limit N        at most so many events
  --codec NAME     how events were written: binary (shown as hex), msgpack, json, utf8,
                   u64, i64, i128 (default binary)
  --json           one JSON object a line, or the segments or findings as an array

Examples:
  ledgerstone log segments data/log
  ledgerstone log read data/log --codec json --from 1000 --limit 5
  ledgerstone log verify data/log
`

const ACTIONS = ['segments', 'read', 'verify'] as const
const CODECS: readonly ValueCodecName[] = [
  ...(['binary', 'msgpack', 'json', 'utf8', 'u64', 'i64', 'i128'] as const),
]

type OpenLog = EventLog<unknown>

export const log: Command = {
  name: 'log',
  summary: 'look into an event log',
  help: HELP,
  positionals: ['ACTION', 'FOLDER'],
  options: {
    ...JSON_OPTION,
    from: { type: 'string' },
    to: { type: 'string' },
    since: { type: 'string' },
    limit: { type: 'string' },
    codec: { type: 'string' },
  },
  async run(given) {
    const action = ACTIONS.find((name) => name === given.positional(0))
    if (action === undefined) {
      throw given.wrong(`ACTION is one of ${ACTIONS.join(', ')}, not '${given.positional(0)}'`)
    }
    const bounds = boundsOf(given)
    const opened = await openExisting(given)
    try {
      if (action === 'read') await printEvents(opened, bounds, given.flag('json'))
      else if (action === 'segments') printSegments(opened, given)
      else return await check(opened, given)
    } finally {
      await opened.close()
    }
    return EXIT.done
  },
}

interface GivenBounds extends LogReadOptions {
  since: Date | undefined
}

function boundsOf(given: Arguments): GivenBounds {
  const text = given.text('since')
  const since = text === undefined ? undefined : new Date(text)
  if (since !== undefined && !(since.getTime() >= 0)) {
    throw given.wrong(`--since takes a moment like 2026-03-01T12:00:00Z, not '${text}'`)
  }
  const [from, to, limit] = [given.count('from', 1), given.count('to', 1), given.count('limit', 0)]
  return { from, to, limit, since }
}

async function openExisting(given: Arguments): Promise<OpenLog> {
  const folder = given.positional(1)
  const codec = given.choice('codec', CODECS) ?? 'binary'
  try {
    return await openEventLog(folder, { codec, readOnly: true, createIfMissing: false })
  } catch (error) {
    if (codeOf(error) !== 'NOT_FOUND') throw error
    throw new CommandError('NOT_FOUND', `There is no event log in ${folder}`, [], error)
  }
}

async function printEvents(of: OpenLog, { since, ...bounds }: GivenBounds, json: boolean) {
  const first = since === undefined ? 1 : await of.positionAt(since)
  const lines = new LineWriter()
  for await (const event of of.read({ ...bounds, from: Math.max(first, bounds.from ?? 1) })) {
    const { position, time, data } = event
    const moment = momentText(time)
    if (json) await lines.line(JSON.stringify({ position, time: moment, data: jsonForm(data) }))
    else await lines.line(`${position}\t${moment}\t${plainForm(data)}`)
  }
  await lines.flush()
}

function printSegments(of: OpenLog, given: Arguments): void {
  const segments = of.segments()
  if (given.flag('json')) {
    printJson(segments)
    return
  }
  const headings = ['SEGMENT', 'FIRST', 'LAST', 'FROM', 'TO', 'BYTES', 'STATE', 'CHAIN']
  printText(table([headings, ...segments.map(segmentRow)], [0, 1, 2, 5]))
}

function segmentRow(segment: LogSegment): string[] {
  const { number, first, last, firstTime, lastTime, bytes, finished, archive, chain } = segment
  const state = finished ? 'finished' : 'open'
  return [
    ...[number, first, last].map(String),
    ...[firstTime, lastTime].map((time) => (time === undefined ? '-' : momentText(time))),
    ...[grouped(bytes), archive === undefined ? state : `in ${archive}`, chain],
  ]
}

async function check(of: OpenLog, given: Arguments): Promise<number> {
  const findings = await of.verify()
  const exitCode = findings.length === 0 ? EXIT.done : EXIT.failed
  process.exitCode = exitCode
  if (given.flag('json')) printJson(findings)
  else printText([...findings.map(findingText), verdict(of.path, findings)].join('\n'))
  return exitCode
}

function momentText(time: number): string {
  return new Date(time).toISOString()
}

// The statistics of a store that another process has open, from the socket it serves them on.

import { request } from 'node:http'
import { join } from 'node:path'
import { SOCKET_NAME } from '../store/statistics-server.js'
import { shortSocketPath } from '../store/socket-path.js'
import { type LiveStats, parseStatsJson } from '../store/stats-json.js'
import { CommandError, codeOf } from './failure.js'

const ANSWER_MS = 5000
/** What the system says when nobody listens there, or who did is gone. */
const NOBODY = ['ENOENT', 'ECONNREFUSED', 'ECONNRESET', 'EPIPE']

export function socketOf(folder: string): string {
  return join(folder, SOCKET_NAME)
}

/** NOT_SERVED when nobody listens there, NO_ANSWER when the owner is too busy to answer. */
export async function readLiveStats(socket: string): Promise<LiveStats> {
  const short = await shortSocketPath(socket).catch((error: unknown) => {
    throw codeOf(error) === 'ENOENT' ? notServed(socket, error) : error
  })
  try {
    return parseStatsJson(await body(short.path))
  } catch (error) {
    const code = codeOf(error)
    if (code !== undefined && NOBODY.includes(code)) throw notServed(socket, error)
    throw error
  } finally {
    await short.release()
  }
}

function notServed(socket: string, cause: unknown): CommandError {
  const advice = ['The program that has the store open must call: await store.serveStatistics()']
  return new CommandError('NOT_SERVED', `No statistics are served at ${socket}`, advice, cause)
}

function body(socketPath: string): Promise<string> {
  return new Promise((done, failed) => {
    const asked = request({ socketPath, path: '/stats.json', timeout: ANSWER_MS }, (response) => {
      let text = ''
      response.setEncoding('utf8').on('data', (part: string) => (text += part))
      response.once('error', failed).once('end', () => {
        if (response.statusCode === 200) done(text)
        else failed(new CommandError('NOT_SERVED', text.trim()))
      })
    })
    asked.once('timeout', () => {
      asked.destroy(new CommandError('NO_ANSWER', `The owner has not answered for ${ANSWER_MS} ms`))
    })
    asked.once('error', failed).end()
  })
}

// Statistics for other processes: HTTP on a Unix domain socket, or on a port of 127.0.0.1.
// docs/decisions/ says why.
//
//   GET /metrics     the Prometheus text of the store's statistics
//   GET /stats.json  { path, pid, storeId, stats }, bigints as strings of digits
//
// 1. Nothing listens unless it is asked to. A socket is its owner's alone (mode 0600).
// 2. A socket that nobody answers at, as a dead process leaves it, is replaced; nothing else is.
// 3. On a port, a request for another host than this one is refused: a web page must not reach it
//    under a name of its own.
// 4. Neither the server nor its connections keep the process alive.

import { type IncomingMessage, type Server, type ServerResponse, createServer } from 'node:http'
import { chmod, lstat, unlink } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { join, resolve } from 'node:path'
import { closed, invalidArgument } from '../base/errors.js'
import { checkedOptions, count } from './options.js'
import { prometheusText } from './prometheus.js'
import { statsJson } from './stats-json.js'
import { type ShortPath, shortSocketPath } from './socket-path.js'
import type { ServeOptions, StatisticsServer, Store } from './store.js'

export const SOCKET_NAME = 'statistics.sock'
const SERVE_OPTIONS = ['path', 'port']
const PORT_MAX = 65_535
const LOCAL_HOST = /^(127\.0\.0\.1|localhost)(:\d+)?$/i
const OWNER_ONLY = 0o600

type Told = Pick<Store, 'path' | 'report' | 'stats' | 'closed'>

/** The servers of one store. */
export class StatisticsServers {
  readonly #store: Told
  readonly #open = new Set<StatisticsServer>()

  constructor(store: Told) {
    this.#store = store
  }

  async serve(options: ServeOptions | undefined): Promise<StatisticsServer> {
    const given = checkedOptions('serveStatistics', options, SERVE_OPTIONS)
    if (given.path !== undefined && given.port !== undefined) {
      throw invalidArgument('serveStatistics() takes a path or a port, not both')
    }
    const server = createServer((request, response) => {
      answer(this.#store, given.port !== undefined, request, response)
    })
    server.on('connection', (socket) => socket.unref())
    const onEnd = (ended: StatisticsServer): boolean => this.#open.delete(ended)
    const opened =
      given.port === undefined
        ? await this.#onSocket(server, given.path, onEnd)
        : await onPort(server, count('port', given.port, 0, PORT_MAX), onEnd)
    this.#open.add(opened)
    server.unref()
    if (this.#store.closed) {
      await opened.close()
      throw closed('The store')
    }
    return opened
  }

  async close(): Promise<void> {
    await Promise.all([...this.#open].map((server) => server.close()))
  }

  async #onSocket(
    server: Server,
    given: string | undefined,
    onEnd: (ended: StatisticsServer) => void,
  ): Promise<StatisticsServer> {
    const { path: folder, report } = this.#store
    if (given === undefined && report.storeId === 'memory') {
      throw invalidArgument('A store in memory has no folder for a socket: name a path or a port')
    }
    const path = given === undefined ? join(folder, SOCKET_NAME) : resolve(given)
    if ([...this.#open].some(({ address }) => address === path)) {
      throw invalidArgument(`Statistics are served at ${path} already`)
    }
    const short = await shortSocketPath(path)
    try {
      await removeStale(path, short)
      await listening(server, { path: short.path })
      await chmod(path, OWNER_ONLY)
    } catch (error) {
      await short.release()
      throw error
    }
    return served(server, path, onEnd, () => short.release())
  }
}

async function onPort(
  server: Server,
  port: number,
  onEnd: (ended: StatisticsServer) => void,
): Promise<StatisticsServer> {
  await listening(server, { host: '127.0.0.1', port })
  const { port: bound } = server.address() as AddressInfo
  return served(server, `http://127.0.0.1:${bound}`, onEnd, async () => undefined)
}

function served(
  server: Server,
  address: string,
  onEnd: (ended: StatisticsServer) => void,
  release: () => Promise<void>,
): StatisticsServer {
  let ending: Promise<void> | undefined
  const end = async (): Promise<void> => {
    await new Promise<void>((ended) => {
      server.close(() => {
        ended()
      })
      server.closeAllConnections()
    })
    await release()
    onEnd(handle)
  }
  const close = (): Promise<void> => (ending ??= end())
  const handle: StatisticsServer = { address, close, [Symbol.asyncDispose]: close }
  return handle
}

function listening(server: Server, where: { path: string } | { host: string; port: number }) {
  return new Promise<void>((done, failed) => {
    server.once('error', failed)
    server.listen(where, () => {
      server.off('error', failed)
      done()
    })
  })
}

async function removeStale(path: string, short: ShortPath): Promise<void> {
  const found = await lstat(path).catch(() => undefined)
  if (found === undefined) return
  if (!found.isSocket()) throw invalidArgument(`There is a file ${path}, which is no socket`)
  if (await isAnswered(short.path)) throw invalidArgument(`Somebody listens at ${path} already`)
  await unlink(path)
}

function isAnswered(path: string): Promise<boolean> {
  return new Promise((told) => {
    const socket = connect(path)
    const tell = (answered: boolean) => () => {
      socket.destroy()
      told(answered)
    }
    socket.once('connect', tell(true)).once('error', tell(false))
  })
}

function answer(
  store: Told,
  isOnPort: boolean,
  request: IncomingMessage,
  response: ServerResponse,
): void {
  const send = (status: number, type: string, text: string): void => {
    response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' })
    response.end(request.method === 'HEAD' ? undefined : text)
  }
  const plain = 'text/plain; charset=utf-8'
  if (store.closed) return send(503, plain, 'The store is closed\n')
  if (isOnPort && !LOCAL_HOST.test(request.headers.host ?? '')) {
    send(403, plain, 'Ask for 127.0.0.1\n')
  } else if (request.method !== 'GET' && request.method !== 'HEAD') {
    send(405, plain, 'GET only\n')
  } else if (request.url === '/metrics') {
    send(200, 'text/plain; version=0.0.4; charset=utf-8', prometheusText(store.stats()))
  } else if (request.url === '/stats.json') {
    send(200, 'application/json', statsJson(store))
  } else {
    send(404, plain, 'There are /metrics and /stats.json\n')
  }
}

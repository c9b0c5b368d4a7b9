import { openEventLog } from '../../../src/index.js'
import { temporaryFolders } from '../../support/folders.js'
import { type LogFactory, eventLogContract } from './contract.js'

const folder = temporaryFolders('log-contract')

const openNew: LogFactory = (options) => openEventLog(folder(), options)

eventLogContract('native', openNew)

// Segments of a few kilobytes: most tests cross several of them.
eventLogContract('native with tiny segments', (options) =>
  openEventLog(folder(), { segmentBytes: 2048, ...options }),
)

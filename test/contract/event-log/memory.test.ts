import { openMemoryEventLog } from '../../../src/index.js'
import { eventLogContract } from './contract.js'

eventLogContract('memory', openMemoryEventLog)

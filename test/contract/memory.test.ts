import { openMemory } from '../../src/index.js'
import { openAsIfOnDisk } from './as-if-on-disk.js'
import { contract } from './contract.js'

contract('memory', openMemory)
contract('memory as if on disk', openAsIfOnDisk)

// Every workload, in the order of the table.

import { durablePut } from './durable-put.js'
import { durablePut64 } from './durable-put-64.js'
import { eventLog } from './event-log.js'
import { fillRandom } from './fill-random.js'
import { getHit } from './get-hit.js'
import { getMiss } from './get-miss.js'
import { memory } from './memory.js'
import { putInFlight } from './put-in-flight.js'
import { recovery } from './recovery.js'
import { scan } from './scan.js'
import type { Workload } from './workload.js'

export const workloads: readonly Workload[] = [
  fillRandom,
  putInFlight,
  getHit,
  getMiss,
  scan,
  durablePut,
  durablePut64,
  eventLog,
  memory,
  recovery,
]

export function workloadNamed(name: string): Workload {
  const found = workloads.find((workload) => workload.name === name)
  if (found === undefined) {
    const names = workloads.map((workload) => workload.name).join(', ')
    throw new RangeError(`There is no workload '${name}'; there are ${names}`)
  }
  return found
}

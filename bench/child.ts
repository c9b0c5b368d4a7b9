// One phase of one workload with one contender, in a process that does nothing else. The job comes
// as the only argument; the outcome goes to the parent.

import { workloadNamed } from './workloads/all.js'
import type { Job } from './workloads/workload.js'

const job = JSON.parse(process.argv[2] ?? '{}') as Job
const workload = workloadNamed(job.workload)

if (job.phase === 'prepare') {
  await workload.prepare?.(job)
} else {
  const outcome = await workload.measure(job)
  process.send?.(outcome)
}
process.disconnect?.()

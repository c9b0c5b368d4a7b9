import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { temporaryFolders } from '../support/folders.js'
import { inRoot } from '../support/paths.js'
import { run } from '../support/program.js'

const folder = temporaryFolders('keyv-rates')
const PROGRAM = inRoot('dist/examples/keyv-rates/main.js')

test('The rates come from the origin once, and from the cache in the next run', async () => {
  const store = folder()
  const rates = (...args: string[]) => run([PROGRAM, '--store', store, ...args])
  const first = await rates()
  expect(first).toMatchObject({ code: 0, stderr: '' })
  expect(first.stdout).toBe(
    [
      'EUR/USD     1.1712  from the origin',
      'USD/CNY     7.1201  from the origin',
      'USD/JPY   155.9300  from the origin\n',
    ].join('\n'),
  )
  expect((await rates()).stdout).toBe(first.stdout.replaceAll('origin', 'cache'))
})

test('A rate that is too old is asked for again, and an unknown one is an error', async () => {
  const store = folder()
  const rates = (pair: string) => run([PROGRAM, '--store', store, '--seconds', '0.05', pair])
  expect((await rates('USD/CNY')).stdout).toContain('from the origin')
  await sleep(60)
  expect((await rates('USD/CNY')).stdout).toContain('from the origin')
  expect(await rates('USD/XYZ')).toMatchObject({
    code: 1,
    stderr: 'keyv-rates: the origin knows no USD/XYZ\n',
  })
})

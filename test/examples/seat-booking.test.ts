import { expect, test } from 'vitest'
import { inRoot } from '../support/paths.js'
import { run } from '../support/program.js'

const PROGRAM = inRoot('dist/examples/seat-booking/main.js')

test.each([
  [['--seats', '30', '--customers', '60'], 30],
  [['--seats', '20', '--customers', '4'], 8],
])('Seats are sold once and two to a customer at most: %s', async (args, sold) => {
  const seats = args[1]
  expect(await run([PROGRAM, ...args])).toMatchObject({
    code: 0,
    stderr: '',
    stdout: [
      `${sold} of ${seats} seats sold, none twice`,
      'nobody has more than 2 seats',
      'seat 1 was given back 1 time\n',
    ].join('\n'),
  })
})

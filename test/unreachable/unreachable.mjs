// What no test can reach, and why: code that stands against what the rest of the engine, or the
// system below it, promises never to do. scripts/coverage.mjs leaves these out of its counts, and
// fails when one is reached after all.
//
//   file       below native/
//   at         part of the line it stands on, found on one line of the file only
//   lines      how many lines from there; 1 when not given
//   condition  the condition's source text; all of these lines when not given
//   never      of 'true', 'false' (outcomes of a condition), 'alone' (it never decides by itself),
//              'run' (the line)
//   why        the argument

/** @type {readonly import('./unreachable.d.mts').Unreachable[]} */
export const unreachable = [
  {
    file: 'base/checks.cc',
    at: 'void CheckFailed(',
    lines: 5,
    never: ['run'],
    why: 'Ends the process before it could write its counts; the death tests see it end.',
  },
]

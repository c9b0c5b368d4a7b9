// What may break a rule, and why. A line here that exempts nothing fails the test.

export interface Exemption {
  readonly rule: string
  readonly path: string
  readonly reason: string
}

export const exemptions: readonly Exemption[] = [
  { rule: 'columns', path: 'test/planted/bugs.mjs', reason: 'quotes lines of the sources whole' },
  { rule: 'leftovers', path: 'test/tidy/planted.ts', reason: 'holds a sample of each violation' },
  { rule: 'leftovers', path: 'test/tidy/text-rules.ts', reason: 'spells the words it looks for' },
  { rule: 'focused-tests', path: 'test/tidy/planted.ts', reason: 'holds samples of violations' },
  { rule: 'test-chance', path: 'test/tidy/planted.ts', reason: 'holds samples of violations' },
  { rule: 'test-chance', path: 'test/tidy/typescript-rules.ts', reason: 'names what it forbids' },
]

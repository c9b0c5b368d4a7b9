// The house rules. The tables are in test/tidy/rooms.ts, the exemptions in test/tidy/exemptions.ts.
import { expect, test } from 'vitest'
import { exemptions } from './tidy/exemptions.js'
import { sourceFile, violations, type Rule, type Violation } from './tidy/model.js'
import * as native from './tidy/native-rules.js'
import { planted } from './tidy/planted.js'
import { readRepository } from './tidy/repository.js'
import { textRules } from './tidy/text-rules.js'
import * as typescript from './tidy/typescript-rules.js'

const { headerRules, ...nativeRules } = native
const rules: readonly Rule[] = [
  ...Object.values(nativeRules),
  ...headerRules,
  ...Object.values(typescript),
  ...textRules,
]
const repository = readRepository()

const isExempt = ({ rule, path }: Violation) =>
  exemptions.some((exemption) => exemption.rule === rule && exemption.path === path)

const show = ({ path, line, rule, message }: Violation) => `${path}:${line} ${rule}: ${message}`

function ruleNamed(name: string): Rule {
  const rule = rules.find((candidate) => candidate.name === name)
  if (rule === undefined) throw new Error(`There is no rule ${name}`)
  return rule
}

test.each(rules.map((rule) => rule.name))('the repository keeps the rule %s', (name) => {
  const found = violations(ruleNamed(name), repository).filter((v) => !isExempt(v))
  expect(found.map(show).join('\n')).toBe('')
})

test.each(planted)('the rule $rule reports its planted violation, line $line', (sample) => {
  const files = Object.entries(sample.files).map(([path, text]) => sourceFile(path, text))
  const found = violations(ruleNamed(sample.rule), new Map(files.map((f) => [f.path, f])))
  expect(found.map(({ path, line }) => `${path}:${line}`)).toEqual([
    `${files[0]?.path}:${sample.line}`,
  ])
})

test('every rule has a planted violation', () => {
  const names = new Set(planted.map((sample) => sample.rule))
  expect(rules.map((rule) => rule.name).filter((name) => !names.has(name))).toEqual([])
})

test('every exemption still exempts something', () => {
  const all = rules.flatMap((rule) => violations(rule, repository))
  const idle = exemptions.filter(
    ({ rule, path }) => !all.some((found) => found.rule === rule && found.path === path),
  )
  expect(idle).toEqual([])
})

#!/usr/bin/env node
// Packs the package as it would be published and uses it as its users do: in a throw-away project
// outside this folder, installed with no script run, on every Node.js version that is promised.
//   node scripts/package.mjs
import { mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import { aboveFloor } from './lib/floor.mjs'
import { nodes } from './lib/nodes.mjs'
import * as programs from './lib/packed-programs.mjs'
import { ensurePackages } from './lib/packages.mjs'
import { inRoot } from './lib/paths.mjs'
import { SetupError, capture, must, step } from './lib/run.mjs'
import { conclude } from './lib/totals.mjs'
import { report } from './setup.mjs'

const work = mkdtempSync(join(tmpdir(), 'ledgerstone-packed-'))
const project = join(work, 'project')
const installed = join(project, 'node_modules/ledgerstone')
const npmFlags = ['--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline']
const UNPACKED_BYTES_MAX = 8 * 2 ** 20
const counts = []

async function check(name, run) {
  const problem = await run().then(
    (found) => found ?? '',
    (error) => (error instanceof SetupError ? error.message : String(error.stack)),
  )
  console.log(`${problem === '' ? '✓' : '✗'} ${name}`)
  if (problem !== '') console.log(problem.replace(/^/gm, '    '))
  counts.push(problem === '' ? { passed: 1, failed: 0 } : { passed: 0, failed: 1 })
}

const npm = (args, cwd) => must('npm', args, { cwd })

async function pack() {
  const output = await npm(['pack', '--json', '--pack-destination', work])
  const [packed] = JSON.parse(output.slice(output.search(/^\[\s*\{/m)))
  return { ...packed, path: join(work, packed.filename) }
}

async function makeProject(tarball) {
  for (const [name, text] of Object.entries(programs.FILES)) {
    mkdirSync(dirname(join(project, name)), { recursive: true })
    writeFileSync(join(project, name), text)
  }
  await npm(['install', ...npmFlags, tarball], project)
}

async function installPeers() {
  const { devDependencies } = JSON.parse(readFileSync(inRoot('package.json'), 'utf8'))
  const names = ['abstract-level', 'keyv', '@types/node']
  const wanted = names.map((name) => `${name}@${devDependencies[name]}`)
  await npm(['install', ...npmFlags, ...wanted], project)
}

let stores = 0
async function tells(program, file, expected) {
  const args = [join(project, file), join(work, `store-${stores++}`)]
  const { code, output } = await capture(program, args, { cwd: project })
  let told
  try {
    told = JSON.parse(output)
  } catch {
    return `ended with ${code}:\n${output}`
  }
  const isRight =
    typeof expected === 'function' ? expected(told) : isDeepStrictEqual(told, expected)
  return isRight && code === 0 ? undefined : `ended with ${code} and told ${output}`
}

function contents({ files, unpackedSize }) {
  const paths = files.map(({ path }) => path)
  const wanted = [
    `prebuilds/${process.platform}-${process.arch}/ledgerstone.node`,
    ...['dist/esm/index.js', 'dist/esm/index.d.ts', 'dist/cjs/index.js', 'dist/cjs/index.d.ts'],
    ...['dist/cjs/package.json', 'native/sources.json', 'binding.gyp', 'README.md', 'LICENSE'],
  ]
  const problems = wanted.filter((path) => !paths.includes(path)).map((path) => `lacks ${path}`)
  const strangers = /(^|\/)(test|bench|examples|build|node_modules)\/|_test\.cc$|\.test\.|\.tgz$/
  problems.push(...paths.filter((path) => strangers.test(path)).map((path) => `holds ${path}`))
  if (unpackedSize > UNPACKED_BYTES_MAX) problems.push(`is of ${unpackedSize} bytes`)
  return problems.join('\n')
}

async function clean(tool, args, isClean) {
  const { code, output } = await capture(process.execPath, [inRoot('node_modules', tool), ...args])
  return code === 0 && isClean(output) ? undefined : output
}

const commandRuns = async () => {
  const command = join(project, 'node_modules/.bin/ledgerstone')
  const store = ['--store', join(work, 'by-command')]
  const load = ['load', 'rates.csv', ...store, '--namespace', 'rates', '--key', 'base,quote']
  await must(command, load, { cwd: project })
  const got = await must(command, ['get', '["USD","CNY"]', ...store, '--namespace', 'rates'])
  return got.includes('7.1') ? undefined : got
}

// Without its binary, and with one that is none.
async function checkMissingBinary() {
  const folder = join(installed, 'prebuilds')
  renameSync(folder, `${folder}-away`)
  const isHelpful = ([code, message]) =>
    code === 'ADDON_MISSING' && /setup\.mjs --only addon/.test(message)
  await check('tells how to build when there is no binary', () =>
    tells(process.execPath, 'binary.mjs', isHelpful),
  )
  const platform = `${process.platform}-${process.arch}`
  mkdirSync(join(folder, platform), { recursive: true })
  writeFileSync(join(folder, platform, 'ledgerstone.node'), 'none')
  const isTyped = ([code, message]) =>
    code === 'ADDON_MISSING' && /cannot be loaded/.test(message)
  await check('tells which binary cannot be loaded', () =>
    tells(process.execPath, 'binary.mjs', isTyped),
  )
  rmSync(folder, { recursive: true })
  renameSync(`${folder}-away`, folder)
}

async function checkTarball(packed) {
  await check('the tarball holds what is needed and no more', async () => contents(packed))
  const publint = ['run', packed.path, '--strict']
  await check('publint finds nothing', () =>
    clean('publint/src/cli.js', publint, (output) => /All good!/.test(output)),
  )
  await check('the types are right for every way of resolving them (attw)', () =>
    clean('@arethetypeswrong/cli/dist/index.js', [packed.path], () => true),
  )
}

async function checkTypes() {
  const ways = { nodenext: '.', bundler: 'bundled' }
  for (const [name, folder] of Object.entries(ways)) {
    await check(`types check under moduleResolution ${name}`, () =>
      clean('typescript/bin/tsc', ['-p', join(project, folder)], (output) => output === ''),
    )
  }
}

async function main() {
  await ensurePackages()
  const packed = await step('Packing', pack)
  await checkTarball(packed)
  await step('Installing it elsewhere, with no script run', () => makeProject(packed.path))
  if (process.platform === 'linux' && process.arch === 'x64') {
    const binary = join(installed, 'prebuilds/linux-x64/ledgerstone.node')
    await check('the binary loads with glibc 2.28 and Node’s own libraries', async () =>
      aboveFloor(readFileSync(binary)).join('\n'),
    )
  }
  const versions = await step('Fetching Node.js versions', nodes)
  for (const { name, program } of versions) {
    for (const file of ['main.mjs', 'main.cjs']) {
      await check(`${file} on ${name}`, () => tells(program, file, programs.MAIN_TELLS))
    }
  }
  await check('without the optional peers only the entry that needs one fails', () =>
    tells(process.execPath, 'absent.mjs', programs.ABSENT_TELLS),
  )
  await check('the command loads and gets', commandRuns)
  await checkMissingBinary()
  await step('Installing the optional peers', installPeers)
  for (const { name, program } of versions) {
    for (const file of ['peers.mjs', 'peers.cjs']) {
      await check(`${file} on ${name}`, () => tells(program, file, programs.PEERS_TELL))
    }
  }
  await checkTypes()
}

try {
  await main()
} catch (error) {
  report(error)
  counts.push({ passed: 0, failed: 1 })
} finally {
  rmSync(work, { recursive: true, force: true })
}
conclude(counts)

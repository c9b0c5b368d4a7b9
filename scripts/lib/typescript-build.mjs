// Compiles src/ twice (ES modules and CommonJS, each with its own declarations), then the programs
// of examples/ and bench/ against the compiled package.
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { inRoot } from './paths.mjs'
import { filesUnder, fingerprint, isUpToDate, writeStamp } from './stamp.mjs'
import { must, step } from './run.mjs'

const tsc = inRoot('node_modules/typescript/bin/tsc')
const settings = ['tsconfig.base.json', 'package.json', 'package-lock.json']

const compile = (project) => must(process.execPath, [tsc, '-p', inRoot(project)])
const hasSources = (folder) => filesUnder(inRoot(folder)).some((file) => /\.[cm]?ts$/.test(file))

function clean(folder) {
  rmSync(inRoot(folder), { recursive: true, force: true })
}

async function buildLibrary() {
  const mark = fingerprint(['src', 'tsconfig.esm.json', 'tsconfig.cjs.json', ...settings])
  const outputs = [inRoot('dist/esm'), inRoot('dist/cjs/package.json')]
  if (isUpToDate('typescript', mark, outputs)) return
  await step('Compiling TypeScript', async () => {
    clean('dist/esm')
    clean('dist/cjs')
    await Promise.all([compile('tsconfig.esm.json'), compile('tsconfig.cjs.json')])
    mkdirSync(inRoot('dist/cjs'), { recursive: true })
    writeFileSync(inRoot('dist/cjs/package.json'), '{ "type": "commonjs" }\n')
  })
  writeStamp('typescript', mark)
}

async function buildPrograms() {
  const folders = ['examples', 'bench'].filter(hasSources)
  if (folders.length === 0) return
  const mark = fingerprint(['src', 'examples', 'bench', 'tsconfig.programs.json', ...settings])
  if (
    isUpToDate(
      'programs',
      mark,
      folders.map((folder) => inRoot('dist', folder)),
    )
  )
    return
  await step('Compiling examples and benchmarks', async () => {
    clean('dist/examples')
    clean('dist/bench')
    await compile('tsconfig.programs.json')
  })
  writeStamp('programs', mark)
}

export async function ensureTypeScript() {
  if (!existsSync(tsc) || !hasSources('src')) return
  await buildLibrary()
  await buildPrograms()
}

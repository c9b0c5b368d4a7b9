// Where things are. Every other script takes its paths from here.
import { dirname, join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = resolve(dirname(fileURLToPath(import.meta.url)), '../..')
export const inRoot = (...parts) => join(root, ...parts)
export const addonPath = inRoot('build/Release/ledgerstone.node')

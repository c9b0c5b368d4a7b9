// Whoever reads the output may have enough of it (npm start | head): the script ends then, without
// a stack, with the exit code it has so far or else this one.
export function endWithReader(code) {
  process.stdout.on('error', (error) => {
    process.exit(error.code === 'EPIPE' ? (process.exitCode ?? code) : 1)
  })
}

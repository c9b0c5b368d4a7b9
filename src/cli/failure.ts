// What ends a command early, and the line and exit code that each gets.
//
//   exit 0    done
//   exit 1    failed; one line on standard error: `ledgerstone: CODE: message`
//   exit 2    the command line itself is wrong
//   exit 130  stopped by the user

export const EXIT = { done: 0, failed: 1, usage: 2, interrupted: 130 } as const

/** A wrong command line; `hint` says where to look. */
export class UsageError extends Error {
  readonly hint: string

  constructor(message: string, hint: string) {
    super(message)
    this.hint = hint
  }
}

/** A failure of the command's own, with a code like the library's errors have. */
export class CommandError extends Error {
  readonly code: string
  /** Lines for the user behind the message, such as how to go on. */
  readonly advice: readonly string[]

  constructor(code: string, message: string, advice: readonly string[] = [], cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause })
    this.code = code
    this.advice = advice
  }
}

export function codeOf(error: unknown): string | undefined {
  const code = (error as { code?: unknown } | null | undefined)?.code
  return typeof code === 'string' ? code : undefined
}

/** `CODE: message` of any error; Node's own messages bring their code with them. */
export function failureLine(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const code = codeOf(error)
  if (code === undefined) return `INTERNAL: ${error instanceof Error ? error.stack : message}`
  return message.startsWith(`${code}: `) ? message : `${code}: ${message}`
}

/** What to undo when this process ends, however it does. */
const undo: (() => void)[] = []

function undoAll(): void {
  for (const step of undo.splice(0)) step()
}

process.once('exit', undoAll)
// the test runner ends its workers by a signal, which would skip the exit event
for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    undoAll()
    process.exit()
  })
}

/** Registers a step for the end of the process. It must be synchronous and must not throw. */
export function atEnd(step: () => void): void {
  undo.push(step)
}

import { type ChildProcess, type Serializable, spawn } from 'node:child_process'
import { onCpu } from '../compare/pin.ts'

/**
 * Has a process of its own do a job: it is sent the job, and answers with what came of it, or a text when something went wrong.
 * @param script the process
 * @param cpu the processor it is bound to; undefined: any
 */
export function askProcess<T extends object>(script: string, job: Serializable, cpu: number | undefined): Promise<T> {
  const { command, args } = onCpu(cpu, process.execPath, ['--import', 'tsx', script])
  const child: ChildProcess = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
  return new Promise<T>((resolve, reject) => {
    child.once('exit', () => reject(new Error(`${script} ended early`)))
    child.once('message', (message: T | string) => {
      if (typeof message === 'string') reject(new Error(message))
      else resolve(message)
    })
    child.send(job)
  }).finally(() => child.kill('SIGKILL'))
}

/** What such a process does: the jobs that it is sent. It ends with the one that asks. */
export function answerJobs<J, T extends object>(perform: (job: J) => Promise<T>): void {
  process.on('message', (job: J) => {
    perform(job).then(
      (report) => process.send?.(report),
      (error: unknown) => process.send?.(error instanceof Error ? error.message : String(error)),
    )
  })
  process.on('disconnect', () => process.exit())
}

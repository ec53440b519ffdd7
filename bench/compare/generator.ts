import { type ChildProcess, spawn } from 'node:child_process'
import { join } from 'node:path'
import type { Job, JobReport, Order } from './job.ts'
import { onCpu } from './pin.ts'

export class GeneratorError extends Error {}

/** The load generator in a process and on a processor of its own. */
export class Generator {
  readonly #child: ChildProcess
  #ended = false

  /** @param cpu the processor it is bound to; undefined: any */
  constructor(cpu: number | undefined) {
    const script = join(import.meta.dirname, 'generator-process.ts')
    const { command, args } = onCpu(cpu, process.execPath, ['--import', 'tsx', script])
    this.#child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] })
    this.#child.once('exit', () => {
      this.#ended = true
    })
  }

  /** Runs a job to its end. Throws GeneratorError with what went wrong. */
  async run(job: Job): Promise<JobReport> {
    const report = await this.#order(job)
    if (report === null) throw new GeneratorError('the load generator has nothing to report')
    return report
  }

  /** Reads a list, so that the next job with it begins at once. Throws GeneratorError. */
  async readAhead(list: string): Promise<void> {
    await this.#order({ list })
  }

  #order(order: Order): Promise<JobReport | null> {
    if (this.#ended) return Promise.reject(new GeneratorError('the load generator has ended'))
    return new Promise((resolve, reject) => {
      const ended = () => reject(new GeneratorError('the load generator ended early'))
      this.#child.once('exit', ended)
      this.#child.once('message', (message: JobReport | string | null) => {
        this.#child.off('exit', ended)
        if (typeof message === 'string') reject(new GeneratorError(message))
        else resolve(message)
      })
      this.#child.send(order)
    })
  }

  stop(): void {
    if (!this.#ended) this.#child.kill('SIGKILL')
  }
}

import type { Answer, Program, Step } from './runner.ts'

/** Runs a program with a function that answers each of its statements at once. */
export function drive<T>(program: Program<T>, run: (step: Step) => Answer): T {
  let state = program.next()
  while (!state.done) state = program.next(run(state.value))
  return state.value
}

/** Runs a program with a function that answers each of its statements with a promise. */
export async function driveAsync<T>(program: Program<T>, run: (step: Step) => Promise<Answer>): Promise<T> {
  let state = program.next()
  while (!state.done) state = program.next(await run(state.value))
  return state.value
}

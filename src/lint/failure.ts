const mark = Symbol.for("uniqlint.failure");

/** A reason why the job cannot be done, told to the user without a stack: exit code 2. */
export function failure(message: string, cause?: unknown): Error {
  return Object.assign(new Error(message, cause === undefined ? {} : { cause }), { [mark]: true });
}

/** Was this error made by `failure`? */
export function isFailure(error: unknown): error is Error {
  return error instanceof Error && mark in error;
}

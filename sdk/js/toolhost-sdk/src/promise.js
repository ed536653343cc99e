// Promises that settle within one call.
//
// A component without async can return only what is there, and QuickJS has no way to run its own
// queue from JavaScript. So the bundler turns `async` into generators, and this class with a
// queue that `settle` empties takes the place of `Promise`. Left out where nothing is async.

import { ToolError } from "./error.js";

const queue = [];

/** The standard's `Promise`, except that its reactions wait for `settle`. */
class Promise {
  #state = "pending";
  #value;
  #reactions = [];

  constructor(executor) {
    if (typeof executor !== "function") {
      throw new TypeError("a promise needs a function");
    }
    const { resolve, reject } = this.#resolvers();
    try {
      executor(resolve, reject);
    } catch (error) {
      reject(error);
    }
  }

  then(onFulfilled, onRejected) {
    const { promise, resolve, reject } = Promise.withResolvers();
    this.#reactions.push({ onFulfilled, onRejected, resolve, reject });
    if (this.#state !== "pending") {
      this.#react();
    }
    return promise;
  }

  catch(onRejected) {
    return this.then(undefined, onRejected);
  }

  finally(onSettled) {
    if (typeof onSettled !== "function") {
      return this.then(onSettled, onSettled);
    }
    return this.then(
      (value) => Promise.resolve(onSettled()).then(() => value),
      (error) =>
        Promise.resolve(onSettled()).then(() => {
          throw error;
        }),
    );
  }

  get [Symbol.toStringTag]() {
    return "Promise";
  }

  /** Whichever of the two is called first counts. */
  #resolvers() {
    let called = false;
    const once = (run) => (value) => {
      if (!called) {
        called = true;
        run(value);
      }
    };
    return {
      resolve: once((value) => this.#resolve(value)),
      reject: once((error) => this.#settle("rejected", error)),
    };
  }

  #resolve(value) {
    if (value === this) {
      return this.#settle("rejected", new TypeError("a promise cannot wait for itself"));
    }
    if (value === null || (typeof value !== "object" && typeof value !== "function")) {
      return this.#settle("fulfilled", value);
    }
    let then;
    try {
      then = value.then;
    } catch (error) {
      return this.#settle("rejected", error);
    }
    if (typeof then !== "function") {
      return this.#settle("fulfilled", value);
    }
    queue.push(() => {
      const { resolve, reject } = this.#resolvers();
      try {
        then.call(value, resolve, reject);
      } catch (error) {
        reject(error);
      }
    });
  }

  #settle(state, value) {
    this.#state = state;
    this.#value = value;
    this.#react();
  }

  #react() {
    for (const { onFulfilled, onRejected, resolve, reject } of this.#reactions.splice(0)) {
      const handler = this.#state === "fulfilled" ? onFulfilled : onRejected;
      queue.push(() => {
        if (typeof handler !== "function") {
          return this.#state === "fulfilled" ? resolve(this.#value) : reject(this.#value);
        }
        try {
          resolve(handler(this.#value));
        } catch (error) {
          reject(error);
        }
      });
    }
  }

  /** What a promise has come to, once the queue is empty. */
  static outcome(promise) {
    return { state: promise.#state, value: promise.#value };
  }

  static withResolvers() {
    let resolvers;
    const promise = new Promise((resolve, reject) => {
      resolvers = { resolve, reject };
    });
    return { promise, ...resolvers };
  }

  static resolve(value) {
    return value instanceof Promise ? value : new Promise((resolve) => resolve(value));
  }

  static reject(error) {
    return new Promise((_, reject) => reject(error));
  }

  static try(run, ...values) {
    return new Promise((resolve) => resolve(run(...values)));
  }

  static all(values) {
    return collect(values, (promise, keep, reject) => promise.then(keep, reject));
  }

  static allSettled(values) {
    return collect(values, (promise, keep) =>
      promise.then(
        (value) => keep({ status: "fulfilled", value }),
        (reason) => keep({ status: "rejected", reason }),
      ),
    );
  }

  static any(values) {
    const failed = (errors) => Promise.reject(new AggregateError(errors, "all promises were rejected"));
    return new Promise((resolve, reject) => {
      collect(values, (promise, keep) => promise.then(resolve, keep)).then(failed).then(resolve, reject);
    });
  }

  static race(values) {
    return new Promise((resolve, reject) => {
      for (const value of values) {
        Promise.resolve(value).then(resolve, reject);
      }
    });
  }
}

/** A promise of the list of what `each` keeps of every value, in their order. */
function collect(values, each) {
  return new Promise((resolve, reject) => {
    const kept = [];
    let missing = 1;
    const done = () => {
      missing -= 1;
      if (missing === 0) {
        resolve(kept);
      }
    };
    let index = 0;
    for (const value of values) {
      const at = index;
      index += 1;
      missing += 1;
      const keep = (value) => {
        kept[at] = value;
        done();
      };
      each(Promise.resolve(value), keep, reject);
    }
    done();
  });
}

/** As the standard's, for jobs without a promise. */
export function queueMicrotask(run) {
  queue.push(run);
}

/** Runs all that is waiting; the value of the promise, or throws why there is none. */
export function settle(promise) {
  const ours = Promise.resolve(promise);
  for (let job = queue.shift(); job; job = queue.shift()) {
    job();
  }
  const { state, value } = Promise.outcome(ours);
  if (state === "pending") {
    throw ToolError.failed("the tool waits for something that never comes; a call has no timers and no events");
  }
  if (state === "rejected") {
    throw value;
  }
  return value;
}

export { Promise };

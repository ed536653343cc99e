// Greets, asks for the time and for chance, and fails.

export const greetings = {
  greet(name) {
    // Text that is thrown is the error of the `result`; an `Error` is a crash.
    if (!name.trim()) throw "a name is needed";
    return `Hello, ${name}!`;
  },
};

export const surroundings = {
  look() {
    return [
      ["clock", told(Date.now() > 1e12)],
      ["random", told(Math.random() < 1)],
    ];
  },
  crash(message) {
    throw new Error(message);
  },
};

function told(got) {
  return got ? `granted: ${got}` : "denied: empty";
}

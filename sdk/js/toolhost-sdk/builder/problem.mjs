// What is wrong with a project, as a sentence for its author.

/** Told as it is, without a stack; anything else that is thrown is a fault of the build. */
export class Problem extends Error {}

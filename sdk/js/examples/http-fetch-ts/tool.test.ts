// Runs on the machine itself: `node --import ./toolhost-sdk/ts.mjs --test tool.test.ts`.

import assert from "node:assert/strict";
import { test } from "node:test";

import * as fake from "./toolhost-sdk/fake.js";
import { HttpError } from "./toolhost-sdk/index.js";
import { titleOf } from "./title.ts";
import { fetchTitle } from "./tool.ts";

const fetch = () => fetchTitle({ url: "https://a.example/" });

test("the title of the page is told", async () => {
  fake.http(() => ({ body: "<html><title>A page</title></html>" }));
  assert.equal(await fetch(), "A page");
});

test("pages that are missing or have no title are not found", async () => {
  for (const answer of [{ status: 404, body: "<title>Oh</title>" }, { body: "plain" }]) {
    fake.http(() => answer);
    await assert.rejects(fetch, { kind: "not-found" });
  }
});

test("a denial is a failure that says why", async () => {
  fake.http(() => {
    throw new HttpError("denied", "no grant");
  });
  await assert.rejects(fetch, { name: "TypeError", message: "no grant" });
});

test("titles are found in any case and shape", () => {
  assert.equal(titleOf("<TITLE lang=en>\n A  b\n</Title>"), "A b");
  assert.equal(titleOf("<title>open"), null);
});

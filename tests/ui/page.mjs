// Drives the page of a running host in a real browser, as a person does. Prints one JSON object;
// the test reads it. Usage: node page.mjs MODULES URL SCREENSHOTS
import { createRequire } from 'node:module';
import { join } from 'node:path';

const [modules, url, shots] = process.argv.slice(2);
const { chromium } = createRequire(join(modules, 'node_modules/'))('playwright-core');
const seen = { wrong: [] };
const browser = await chromium.launch({
  executablePath: '/usr/bin/chromium',
  args: ['--no-sandbox', '--disable-gpu', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--no-first-run'],
});

async function open(hash, { scheme = 'light', width = 1440, height = 900 } = {}) {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme });
  const page = await context.newPage();
  page.setDefaultTimeout(30000);
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', (e) => console.error(`violates the policy: ${e.violatedDirective} ${e.blockedURI}`)));
  page.on('console', (message) => { if (message.type() === 'error') seen.wrong.push(message.text()); });
  page.on('pageerror', (error) => seen.wrong.push(String(error)));
  page.on('request', (request) => { if (!request.url().startsWith(url) && !request.url().startsWith('data:')) seen.wrong.push(`asks ${request.url()}`); });
  await page.goto(`${url}/ui${hash}`);
  return page;
}
const shot = (page, name) => page.screenshot({ path: join(shots, `${name}.png`) });
const texts = (page, selector) => page.locator(selector).allTextContents();

for (const scheme of ['light', 'dark']) {
  const page = await open('#/tools', { scheme });
  await page.getByRole('link', { name: 'get_weather' }).first().click();
  await page.getByLabel(/^city/).fill('Tokyo');
  await page.getByRole('button', { name: /^Call/ }).click();
  await page.getByText('Weather in Tokyo').first().waitFor();
  seen.answer = true;
  await shot(page, `tool-${scheme}`);

  await page.getByRole('link', { name: 'Overview' }).click();
  await page.locator('.by-tool tbody tr').first().waitFor();
  seen.tools = (await texts(page, '.by-tool tbody tr th, .by-tool tbody tr td:first-child')).map((text) => text.trim());
  await shot(page, `overview-${scheme}`);

  // By keys alone: to the list, into the newest trace that failed, down its spans.
  await page.goto(`${url}/ui#/traces?status=error`);
  const row = page.locator('.traces a[data-row]').first();
  await row.focus();
  await page.keyboard.press('Enter');
  await page.locator('[role=treeitem]').first().waitFor();
  seen.spans = await page.locator('[role=treeitem]').count();
  seen.heading = (await texts(page, 'h1, h2')).join(' ');
  await page.locator('[aria-selected=true]').focus();
  await page.keyboard.press('Home');
  await page.keyboard.press('ArrowDown');
  await page.getByText('gen_ai.tool.name').first().waitFor();
  await shot(page, `trace-${scheme}`);
}
const phone = await open('#/traces', { width: 390, height: 844 });
await phone.locator('.traces a[data-row]').first().waitFor();
seen.fits = await phone.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth);
await shot(phone, 'phone');
await browser.close();
console.log(JSON.stringify(seen));

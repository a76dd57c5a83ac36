// A plugin of Otklik in Node: this file and nothing else. docs/plugins.md describes the protocol.
//
//   const {Plugin} = require('./otklik_plugin.js');
//   const plugin = new Plugin();
//   plugin.form('hello', async ({who}) => ({text: `Hello, ${who}!`}));
//   plugin.run();
//
// A form gets its inputs as an object and returns its outputs, or a promise of them; several are under way at once. What
// it throws is its error; PluginError's text is what the caller sees.
'use strict';
const {Console} = require('console');
const fs = require('fs');

/** A refusal: of a form, for its caller; or of the server, when it was asked. `code` is the server's word for it. */
class PluginError extends Error {
  constructor(message, code = '') {
    super(message);
    this.code = code;
  }
}

class Plugin {
  constructor() {
    this.server = {}; // what the server said in `initialize`
    this.forms = new Map();
    this.onEvents = null; // (events) => …, also a promise
    this.onReady = null;
    this.onStop = null;
    this.asked = 0;
    this.waiting = new Map();
    this.out = [];
    this.rest = [];
    // Standard output is the protocol's alone: what the program prints goes to standard error.
    global.console = new Console(process.stderr);
    Object.defineProperty(process, 'stdout', {configurable: true, get: () => process.stderr});
  }

  /** What the form of that name in the manifest does. */
  form(name, work) {
    this.forms.set(name, work);
    return this;
  }

  /** A promise of the server's answer; rejected with a PluginError when it refuses. */
  ask(method, params = {}) {
    const id = ++this.asked;
    this.send({jsonrpc: '2.0', id, method, params});
    return new Promise((resolve, reject) => this.waiting.set(id, {resolve, reject}));
  }

  log(message, level = 'info') {
    this.send({jsonrpc: '2.0', method: 'log', params: {level, message: String(message)}});
  }

  async users(which = {}) {
    return (await this.ask('users', which)).users;
  }

  startScenario(name, parameters = [], wait = true) {
    return this.ask('start_scenario', {name, parameters: parameters.map(String), wait});
  }

  subscribe(types = [], where = {}) {
    return this.ask('subscribe', {types, ...where});
  }

  /** Serves until the server says stop, or is gone. */
  run() {
    process.stdin.on('data', (bytes) => this.takeBytes(bytes));
    process.stdin.on('end', () => this.end());
  }

  takeBytes(bytes) {
    let begin = 0;
    for (let feed = bytes.indexOf(10); feed >= 0; feed = bytes.indexOf(10, begin)) {
      const line = bytes.subarray(begin, feed);
      begin = feed + 1;
      // Whole lines are decoded, so that no character is cut in two.
      this.take(JSON.parse(this.rest.length ? Buffer.concat([...this.rest.splice(0), line]) : line));
    }
    if (begin < bytes.length) this.rest.push(bytes.subarray(begin));
  }

  take(message) {
    if (message.method === undefined) return this.takeAnswer(message);
    if (message.method === 'stop') return this.end();
    if (message.id === undefined) return; // cancel: whoever works on it finds nobody who waits
    try {
      const result = this.result(message.method, message.params || {});
      if (result && typeof result.then === 'function') {
        Promise.resolve(result).then((value) => this.answer(message, value)).catch((error) => this.refuse(message, error));
      } else {
        this.answer(message, result);
      }
    } catch (error) {
      this.refuse(message, error);
    }
  }

  takeAnswer(message) {
    const waiting = this.waiting.get(message.id);
    if (!waiting) return;
    this.waiting.delete(message.id);
    if (message.error) {
      waiting.reject(new PluginError(message.error.message, (message.error.data || {}).code));
    } else {
      waiting.resolve(message.result);
    }
  }

  result(method, params) {
    if (method === 'call') {
      const work = this.forms.get(params.name);
      if (!work) throw new PluginError('the program lacks this form');
      const outputs = work(params.inputs);
      return outputs && typeof outputs.then === 'function' ? outputs.then((value) => ({outputs: value})) : {outputs};
    }
    if (method === 'events') {
      const done = this.onEvents ? this.onEvents(params.events) : null;
      return done && typeof done.then === 'function' ? done.then(() => ({})) : {};
    }
    if (method === 'initialize') {
      this.server = params;
      return {protocol: 1};
    }
    throw new PluginError(`no such method: ${method}`);
  }

  answer(message, result) {
    this.send({jsonrpc: '2.0', id: message.id, result});
    if (message.method === 'initialize' && this.onReady) {
      Promise.resolve().then(() => this.onReady()).catch((error) => console.error(error));
    }
  }

  refuse(message, error) {
    if (!(error instanceof PluginError)) console.error(error);
    const text = error instanceof PluginError ? error.message : `${(error && error.name) || 'Error'} in the plugin`;
    this.send({jsonrpc: '2.0', id: message.id, error: {code: 1, message: text}});
  }

  /** What is said in one turn of the event loop goes out in one write. */
  send(message) {
    // Half a surrogate pair, which JSON.stringify writes as an escape, is no text to the server.
    const line = JSON.stringify(message).replace(/\\\\|\\ud[89a-f][0-9a-f]{2}/g, (escape) => (escape === '\\\\' ? escape : '\ufffd'));
    if (this.out.push(line + '\n') === 1) setImmediate(() => this.flush());
  }

  flush() {
    const bytes = Buffer.from(this.out.join(''));
    this.out = [];
    for (let done = 0; done < bytes.length;) {
      try {
        done += fs.writeSync(1, bytes, done);
      } catch (error) {
        if (error.code !== 'EAGAIN') throw error;
      }
    }
  }

  async end() {
    process.stdin.removeAllListeners();
    this.flush();
    if (this.onStop) await this.onStop();
    process.exit(0);
  }
}

module.exports = {Plugin, PluginError};

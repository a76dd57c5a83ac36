// Follows the scenarios that end, and tells of the last ones. Events come at least once: what was seen is kept in data/,
// with the number of the last event that was counted.
'use strict';
const fs = require('fs');
const path = require('path');
const {Plugin, PluginError} = require('./otklik_plugin.js');

const most = 100;
const file = path.join(process.env.OTKLIK_PLUGIN_DATA, 'seen.json');
let state = {sequence: 0, seen: 0, runs: []};
try {
  state = JSON.parse(fs.readFileSync(file, 'utf8'));
} catch {
  // the first time there is none
}

const plugin = new Plugin();

plugin.onReady = async () => {
  try {
    await plugin.subscribe(['script_ended']);
  } catch (error) {
    plugin.log(`no events: ${error.message}`, 'warn');
  }
};

plugin.onEvents = (events) => {
  for (const event of events) {
    if (event.gap || event.sequence <= state.sequence) continue;
    state.sequence = event.sequence;
    state.seen += 1;
    state.runs.unshift({run: event.data.run, scenario: event.data.scenario, kind: event.data.kind});
  }
  state.runs.length = Math.min(state.runs.length, most);
  fs.writeFileSync(file + '.new', JSON.stringify(state));
  fs.renameSync(file + '.new', file); // the answer says that this batch is kept
};

plugin.form('last', ({count}) => {
  if (count < 0) throw new PluginError('count cannot be negative');
  const runs = state.runs.slice(0, count);
  return runs.length ? {runs, seen: state.seen, last: runs[0]} : {runs, seen: state.seen};
});

plugin.run();

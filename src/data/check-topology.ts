import { checkGraph } from './check-graph.js';
import type { Damaged } from './damaged.js';
import { type Fields, field, isObject } from './fields.js';

/** What a config gives in elements: no array of JavaScript holds more. */
const SIZES =
  /^(units|filters|(input|output)_?dim|(batch_)?(input_)?shape|batchInputShape|(kernel|pool)_?size|strides|n)$/i;
const MOST = 2 ** 31;

/**
 * Checks what tfjs takes on trust of a model's layers and of how it was compiled: that there is a class name and a config
 * wherever it reads one, and that the layers' ties lead to layers. What else a layer's config holds is the layer's to
 * check.
 */
export function checkTopology(json: Fields, damaged: Damaged): void {
  const { modelTopology, trainingConfig, format } = json;
  if (!isObject(modelTopology)) throw damaged('modelTopology', 'an object', modelTopology);
  checkEverything(modelTopology, 'modelTopology', damaged);
  // A graph of TensorFlow's ops has no layers.
  if (format === 'graph-model' || Array.isArray(modelTopology.node)) return;
  const inConfig = modelTopology.model_config != null;
  const model = inConfig ? modelTopology.model_config : modelTopology;
  checkLayer(model, inConfig ? 'modelTopology.model_config' : 'modelTopology', damaged);
  if (trainingConfig == null) return;
  if (!isObject(trainingConfig)) throw damaged('trainingConfig', 'an object', trainingConfig);
  const { metrics } = trainingConfig;
  if (Array.isArray(metrics) && !metrics.every((metric) => typeof metric === 'string')) {
    throw damaged('trainingConfig.metrics', 'a list of names', metrics);
  }
  checkLayer(trainingConfig.optimizer_config, 'trainingConfig.optimizer_config', damaged);
}

/** An object with the name of a class and its config; where that is a model or a wrapper, the layers in it too. */
function checkLayer(value: unknown, what: string, damaged: Damaged): void {
  if (!isObject(value)) throw damaged(what, 'an object', value);
  const className = field(value, 'class_name');
  if (typeof className !== 'string' || className === '') {
    throw damaged(`${what}.class_name`, 'the name of a class', className);
  }
  const { config } = value;
  const name = isObject(config) ? config.name : null;
  if (name != null && !(typeof name === 'string' && !(name in Object.prototype))) {
    throw damaged(`${what}.config.name`, 'a name', name);
  }
  const isModel = ['Sequential', 'Functional', 'Model'].includes(className);
  // A sequential model of old is the list of its layers.
  const layers = isModel && Array.isArray(config) ? config : isObject(config) ? config.layers : null;
  if (layers === null) throw damaged(`${what}.config`, 'an object', config);
  if (!isModel) {
    const wraps = className === 'TimeDistributed' || className === 'Bidirectional';
    if (wraps) checkLayer((config as Fields).layer, `${what}.config.layer`, damaged);
    return;
  }
  if (!Array.isArray(layers) || layers.length === 0) {
    throw damaged(`${what}.config.layers`, 'a list of layers', layers);
  }
  layers.forEach((layer, i) => {
    checkLayer(layer, `${what}.config.layers[${i}]`, damaged);
  });
  if (className !== 'Sequential') checkGraph(config as Fields, layers, `${what}.config`, damaged);
}

const isNamed = (value: object): boolean => isObject(value) && typeof field(value, 'class_name') === 'string';

/** At any depth: what has the name of a class has a config; no class has a name that every object answers to, since tfjs looks classes up in one; no size is absurd. */
function checkEverything(value: unknown, what: string, damaged: Damaged): void {
  const under: [unknown, string][] = [[value, what]];
  for (let next = under.pop(); next; next = under.pop()) {
    const [part, place] = next;
    if (typeof part !== 'object' || part === null) continue;
    for (const [key, inner] of Object.entries(part)) {
      const where = Array.isArray(part) ? `${place}[${key}]` : `${place}.${key}`;
      if (/^class_?name$/i.test(key) && typeof inner === 'string' && inner in Object.prototype) {
        throw damaged(where, 'the name of a class', inner);
      }
      if (key === 'config' && isNamed(part) && (typeof inner !== 'object' || inner === null)) {
        throw damaged(where, 'an object', inner);
      }
      if (SIZES.test(key) && [inner].flat().some((n) => typeof n === 'number' && Math.abs(n) >= MOST)) {
        throw damaged(where, `below ${MOST}`, inner);
      }
      under.push([inner, where]);
    }
  }
}

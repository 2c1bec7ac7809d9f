import type { ReportData } from '../data.js';
import { recipeColour } from './colours.js';
import { element } from './element.js';
import type { View } from './view.js';

/** Which recipes are drawn, and over what: a form above the curves. */
export function addControls(form: HTMLElement, data: ReportData, view: View): void {
  const boxes = data.recipes.map((recipe) => {
    const box = element('input', { type: 'checkbox', checked: true });
    box.addEventListener('change', () => view.show([recipe], box.checked));
    return { recipe, box };
  });
  const setAll = (shown: boolean) => () => {
    for (const { box } of boxes) box.checked = shown;
    view.show(data.recipes, shown);
  };
  const button = (text: string, shown: boolean) => {
    const made = element('button', { type: 'button' }, text);
    made.addEventListener('click', setAll(shown));
    return made;
  };
  const radio = (axis: View['axis'], text: string) => {
    const made = element('input', { type: 'radio', name: 'axis', checked: view.axis === axis });
    made.addEventListener('change', () => view.measure(axis));
    return element('label', {}, made, text);
  };
  const swatch = (recipe: string) => {
    const made = element('span', { className: 'swatch' });
    made.style.setProperty('--swatch', recipeColour(data, recipe));
    return made;
  };
  form.append(
    element(
      'fieldset',
      {},
      element('legend', {}, 'Curves'),
      ...boxes.map(({ recipe, box }) => element('label', {}, box, swatch(recipe), recipe)),
      button('all', true),
      button('none', false),
    ),
    element(
      'fieldset',
      {},
      element('legend', {}, 'Horizontal axis'),
      radio('epoch', 'epochs'),
      radio('seconds', 'time'),
    ),
  );
  form.hidden = false;
}

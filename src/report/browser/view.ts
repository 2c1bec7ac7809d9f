/** What the reader has chosen to see; whoever draws from it listens for changes. */
export class View {
  private readonly hidden = new Set<string>();
  private time: 'epoch' | 'seconds' = 'epoch';
  private readonly listeners: (() => void)[] = [];

  get axis(): 'epoch' | 'seconds' {
    return this.time;
  }

  shows(recipe: string): boolean {
    return !this.hidden.has(recipe);
  }

  show(recipes: readonly string[], shown: boolean): void {
    for (const recipe of recipes) {
      if (shown) this.hidden.delete(recipe);
      else this.hidden.add(recipe);
    }
    this.changed();
  }

  measure(axis: 'epoch' | 'seconds'): void {
    this.time = axis;
    this.changed();
  }

  onChange(listener: () => void): void {
    this.listeners.push(listener);
  }

  private changed(): void {
    for (const listener of this.listeners) listener();
  }
}

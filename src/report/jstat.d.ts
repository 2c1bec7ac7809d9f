/** The part of jstat that the report uses; the package has no types. */
declare module 'jstat' {
  const jStat: { studentt: { inv(probability: number, degreesOfFreedom: number): number } };
  export default jStat;
}

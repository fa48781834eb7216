/** Every variant of the generated kernel on swiftshader. */
import { testVariantsOn } from './variants.ts';

await testVariantsOn('swiftshader');

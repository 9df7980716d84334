import { models } from '../src/models/registry.ts';
import { grownModels, testLeaks } from './prediction-leaks.ts';

testLeaks(models.map(({ name }) => name).filter((name) => !grownModels.includes(name)));

/** Tales in the public domain, retold for this page; a scene is a sentence or two. */
export interface Story {
  readonly id: string;
  readonly title: string;
  readonly origin: string;
  readonly text: string;
}

const tell = (...sentences: string[]): string => sentences.join(" ");

export const stories: readonly [Story, ...Story[]] = [
  {
    id: "red-riding-hood",
    title: "Little Red Riding Hood",
    origin: "After the Brothers Grimm",
    text: tell(
      "At the edge of a great forest lived a girl who never went out without her red velvet hood.",
      "One morning her mother filled a basket with cake and a bottle of wine, and asked her to carry it to her grandmother, who lay ill in a cottage under three oaks.",
      "Among the tall trees the girl met a wolf, and because she did not know what a wicked beast he was, she wished him good day.",
      "The wolf walked beside her for a while and pointed to the flowers that stood bright between the trunks.",
      "She left the path to pick one, and behind each flower she saw a prettier one, deeper in the wood.",
      "Meanwhile the wolf ran straight to the cottage, lifted the latch and swallowed the grandmother in a single bite.",
      "He put on her nightcap, drew the curtains and lay down in her bed to wait.",
      "When the girl came in with her arms full of flowers, she wondered at the large ears, the large hands and the terribly large mouth.",
      "The wolf sprang out of the bed, swallowed her too, and fell asleep snoring so loudly that the windows shook.",
      "A huntsman who was passing heard the noise, stepped inside and opened the sleeping wolf with a pair of scissors.",
      "Out jumped the girl, and after her the old woman, alive and hardly able to breathe.",
      "They filled the wolf with heavy stones, and that evening all three ate the cake together while the lamp burned in the window.",
    ),
  },
  {
    id: "fisherman",
    title: "The Fisherman and his Wife",
    origin: "After the Brothers Grimm",
    text: tell(
      "A fisherman and his wife lived in a crooked hut by the sea, so small that the nets had to hang outside.",
      "One day his line ran down deep into the clear water, and when he drew it up there hung a great golden flounder.",
      "The fish told him that it was an enchanted prince, so the man let it swim away with a long thread of blood behind it.",
      "His wife sent him back to ask for a cottage, and the sea was green and yellow when he called.",
      "At home he found her on a bench before a neat white house with hens and a garden full of fruit.",
      "After two weeks she wanted a castle of stone, and the water had turned purple and thick.",
      "Next she wanted to be king, and the waves heaved dark grey and smelled of rot.",
      "She sat on a throne of gold and diamonds, with six maidens in a row on either side, and was not content for a single day.",
      "She became emperor and then pope, while the storm tore at the houses and the ships fired their guns in distress.",
      "At last she saw the sun rise without her leave, and demanded to be like God himself.",
      "The man crept to the shore, where the mountains shook and the black waves came in as high as church towers.",
      "The flounder only answered that he should go home, for she was sitting in the crooked hut again.",
      "And there the two of them are sitting to this day.",
    ),
  },
  {
    id: "snow-queen",
    title: "The Snow Queen",
    origin: "The opening, after H. C. Andersen",
    text: tell(
      "A wicked troll once made a mirror in which everything good shrank to nothing and everything ugly grew.",
      "His pupils carried it up towards heaven, but it trembled with laughter, slipped from their hands and burst into a hundred million pieces.",
      "Some splinters were as small as a grain of sand, and whoever got one into the heart felt it turn into a lump of ice.",
      "In a large city two children, Kay and Gerda, lived under neighbouring roofs, with a box of roses between their windows.",
      "In winter they warmed copper coins on the stove and held them to the frozen panes, to make little round peepholes.",
      "One evening Kay saw a snowflake grow on the sill until it became a woman of glittering ice, with eyes like two clear stars.",
      "The next summer, as the clock struck five, a splinter flew into his eye and another into his heart.",
      "From that hour he laughed at the roses, mocked his grandmother and tore the flowers from their box.",
      "When the snow came again he tied his sledge to a great white one that drove around the square, and it drew him out through the gates of the city.",
      "The driver rose, tall and shining, and it was the Snow Queen, who wrapped him in her fur and kissed his forehead.",
      "They flew over lakes and forests while the wolves howled below them and the moon stood large over the glittering plains.",
    ),
  },
];

import { useEffect, useState } from "react";
import type { Picture, Video } from "recipes/videos/api";
import type { Pipeline } from "recipes/videos/definition";
import type { Panel } from "recipes/videos/split";
import { Icon } from "../Icon";
import { ItemGrid, type RunItem } from "../runs/ItemGrid";
import { Button } from "../ui";
import styles from "./videos.module.css";

interface PicturesProps {
  readonly pipeline: Pipeline;
  readonly picture: Picture;
  /** Missing before the split, and after a reload until the run is resumed. */
  readonly panels: readonly Panel[] | undefined;
  readonly items: readonly RunItem<Video>[];
  readonly onRetry: ((key: string) => void) | undefined;
}

/** The grid picture, and what becomes of each of its panels. */
export function Pictures({ pipeline, picture, panels, items, onRetry }: PicturesProps) {
  const [isStill, setStill] = useState(false);
  const urls = useUrls(panels);
  const { prompt, prompts } = pipeline.steps.image_to_video.params;
  const saved = pipeline.save_intermediates && panels ? panels : [];
  return (
    <section
      className={`panel ${styles.pictures}`}
      data-grid={pipeline.steps.split_image.params.grid}
      aria-labelledby="pictures-heading"
    >
      <div className="row">
        <h2 id="pictures-heading">Image, panels, videos</h2>
        <Button
          icon={isStill ? "play" : "pause"}
          className="small"
          data-testid="still"
          onClick={() => setStill(!isStill)}
        >
          {isStill ? "Play videos" : "Pause videos"}
        </Button>
      </div>
      <figure className="stack">
        <img src={picture.output_url} data-testid="grid" alt={`Grid image: ${pipeline.prompt}`} />
        <figcaption className="muted">
          {panels
            ? `Split into ${panels.length} images of ${panels[0]!.width} × ${panels[0]!.height}`
            : "Not split yet"}
          {saved.length > 0 && ". Saved: "}
          {saved.map(({ name }, n) => (
            <a key={name} href={urls[n]} download={`${name}.png`}>
              {name}.png{" "}
            </a>
          ))}
        </figcaption>
      </figure>
      {(panels || items.some(({ status }) => status === "fulfilled")) && (
        <ItemGrid
          items={items}
          nameOf={({ index, key }) => `${key}: ${prompts[index] ?? prompt}`}
          onRetry={onRetry}
          show={(item) => {
            const panel = urls[item.index];
            if (item.status !== "fulfilled")
              return panel ? <img src={panel} data-testid={`image-${item.key}`} alt="" /> : <Icon name="picture" />;
            const { output_url } = item.value;
            return (
              <picture>
                <source media="(prefers-reduced-motion: reduce)" srcSet={panel ?? output_url} />
                <img
                  src={isStill ? (panel ?? output_url) : output_url}
                  data-testid={`video-${item.key}`}
                  data-video={output_url}
                  alt={`Video of ${item.key}`}
                />
              </picture>
            );
          }}
        />
      )}
    </section>
  );
}

/** Returns addresses of the panels, which last as long as the component shows them. */
function useUrls(panels: readonly Panel[] | undefined): readonly string[] {
  const [urls, setUrls] = useState<readonly string[]>([]);
  useEffect(() => {
    const made = (panels ?? []).map(({ blob }) => URL.createObjectURL(blob));
    setUrls(made);
    return () => made.forEach((url) => URL.revokeObjectURL(url));
  }, [panels]);
  return urls;
}

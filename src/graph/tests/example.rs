use super::{External, Files, graph, infer, project};

#[test]
#[ignore = "prints what is inferred of the project in MIGRATIONS"]
fn show() {
    let Ok(dir) = std::env::var("MIGRATIONS") else { return };
    let files = project(&dir);
    let list: Vec<(&str, &str)> = files.iter().map(|(id, text)| (id.as_str(), text.as_str())).collect();
    println!("{}", graph(&list));
    let files = Files::new(&list);
    let (graph, _) = infer(&files.nodes(), &External::default());
    let (free, all) = graph.freedom();
    println!("freedom {free}/{all}");
}

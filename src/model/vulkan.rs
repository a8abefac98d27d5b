//! The graphics cards that Vulkan shows: on Linux, WebGPU runs on them.

use std::ffi::CStr;

use ash::vk;

use crate::model::drivers::Card;

/// Cards of the Vulkan drivers, software ones last.
///
/// # Errors
/// Why there is none, in a sentence.
pub fn cards() -> Result<Vec<Card>, String> {
    const NAME: &str = if cfg!(windows) {
        "vulkan-1.dll"
    } else {
        "libvulkan.so.1"
    };
    // SAFETY: the initialisers of the system's Vulkan loader are made to be run by any program.
    let loader = unsafe { libloading::Library::new(NAME) }
        .map_err(|_| format!("there is no Vulkan ({NAME} is not on this system)"))?;
    // SAFETY: the entry of every Vulkan loader, whose type the standard fixes.
    let entry = unsafe { loader.get::<vk::PFN_vkGetInstanceProcAddr>("vkGetInstanceProcAddr") }
        .map(|symbol| *symbol)
        .map_err(|e| format!("{NAME} is no Vulkan loader ({e})"))?;
    // Drivers start threads and leave things behind: the loader stays in the process.
    std::mem::forget(loader);
    // SAFETY: the function comes from a loader that stays loaded.
    let entry = unsafe {
        ash::Entry::from_static_fn(ash::StaticFn {
            get_instance_proc_addr: entry,
        })
    };
    let about = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_1);
    let wish = vk::InstanceCreateInfo::default().application_info(&about);
    // SAFETY: the wish and what it points to live until the call returns.
    let instance = unsafe { entry.create_instance(&wish, None) }
        .map_err(|e| format!("no Vulkan driver works here ({e})"))?;
    // SAFETY: the instance lives; it is destroyed once, below, after its last use.
    let found = unsafe { instance.enumerate_physical_devices() };
    let describe = |device: &vk::PhysicalDevice| {
        // SAFETY: the device was just named by this instance, which lives.
        let about = unsafe { instance.get_physical_device_properties(*device) };
        let name = about.device_name_as_c_str().unwrap_or(c"?");
        let version = about.api_version;
        Card {
            name: CStr::to_string_lossy(name).into_owned(),
            software: about.device_type == vk::PhysicalDeviceType::CPU,
            speaks: format!(
                "Vulkan {}.{}.{}",
                vk::api_version_major(version),
                vk::api_version_minor(version),
                vk::api_version_patch(version)
            ),
        }
    };
    let cards = found.map(|devices| devices.iter().map(describe).collect::<Vec<_>>());
    // SAFETY: nothing that was made from the instance is left.
    unsafe { instance.destroy_instance(None) };
    let mut cards = cards.map_err(|e| format!("no Vulkan driver works here ({e})"))?;
    if cards.is_empty() {
        return Err("Vulkan sees no graphics card".to_owned());
    }
    cards.sort_by_key(|card| card.software);
    Ok(cards)
}
